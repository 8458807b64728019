"""Words that the invented records are made of."""

from patients.rules import MedicalCategory as M

DENTISTS = (
    "Dr. Ingrid Voss, Harbour Dental",
    "Dr. Samuel Okafor, Okafor & Partners",
    "Dr. Mei Tanaka, Riverside Dental",
    "Dr. Paul Whitfield, Old Town Dental",
    "Dr. Aisha Rahman, Smile Corner",
    "Dr. Tomás Herrera, Herrera Family Dentistry",
    "Dr. Helen O'Leary, Park Lane Dental",
    "Dr. Jakub Zielinski, Northgate Dental",
    "Dr. Rebecca Stone, Stone Dental Care",
    "Dr. Farid Haddad, Cedar Dental",
    "Dr. Linh Pham, Lakeside Dental",
    "Dr. Markus Brandt, Brandt Dental Studio",
)
REFERRERS = (
    "A friend",
    "School screening",
    "Brother or sister",
    "Found us online",
    "Paediatrician",
    "Speech therapist",
)
SCHOOLS = (
    "Lincoln Elementary",
    "Maple Grove School",
    "St. Brigid's",
    "Riverside Middle School",
    "Hilltop Academy",
    "Washington High",
    "Oak Park School",
    "International School",
    "Eastside High",
    "Montessori at the Mill",
)
ALERTS = (
    "Anxious: explain every step first",
    "Needs an interpreter",
    "Wheelchair: book chair 1",
    "Strong gag reflex",
    "Call the mother, not the home phone",
    "Plays the trumpet: wax and extra time",
    "Contact sports: mouthguard",
    "Hard of hearing on the left",
    "School bus leaves at 15:40",
    "Prefers mornings",
)
# Category, description, critical.
MEDICAL = (
    (M.ALLERGY, "Latex: swelling and hives. Non-latex elastics and gloves only", True),
    (M.ALLERGY, "Nickel: contact rash. Nickel-free wires and brackets", True),
    (M.ALLERGY, "Penicillin: anaphylaxis in childhood", True),
    (M.ALLERGY, "Hay fever in spring", False),
    (M.ALLERGY, "Peanuts", True),
    (M.CONDITION, "Asthma, inhaler at school", False),
    (M.CONDITION, "Type 1 diabetes, insulin pump", True),
    (M.CONDITION, "Epilepsy, last seizure two years ago", True),
    (M.CONDITION, "Heart murmur, cleared by the cardiologist", False),
    (M.CONDITION, "Attention deficit disorder", False),
    (M.CONDITION, "Coeliac disease", False),
    (M.MEDICATION, "Methylphenidate, mornings", False),
    (M.MEDICATION, "Salbutamol when needed", False),
    (M.MEDICATION, "Levothyroxine 50 µg daily", False),
    (M.MEDICATION, "Isotretinoin for acne: dry lips", False),
    (M.SURGERY, "Adenoids removed", False),
    (M.SURGERY, "Tonsils removed", False),
    (M.HABIT, "Thumb sucking at night until the age of 8", False),
    (M.HABIT, "Nail biting", False),
    (M.HABIT, "Breathes through the mouth", False),
    (M.HABIT, "Grinds the teeth at night", False),
    (M.DENTAL, "Trauma to 11 and 21 after a bicycle fall; root canal on 11", False),
    (M.DENTAL, "Missing 12 and 22", False),
    (M.DENTAL, "Gum disease treated, stable", False),
)
CANCELLATIONS = (
    "Has a cold",
    "Clash with an exam at school",
    "Car broke down",
    "Forgot, called to rebook",
    "Parent has to work",
)
BOOKING_NOTES = (
    "",
    "",
    "",
    "",
    "",
    "",
    "Prefers after school",
    "Wire pokes on the right",
    "Bring the retainer",
    "Will come with grandmother",
    "Bracket off on 24",
)
