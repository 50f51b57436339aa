"""Three synthetic studies and the generator that writes them: every person, word and number is made up."""
