"""An invented clinic to try things in: people, places and two years of visits, the same for one seed and one day."""
