"""What any experiment is drawn with: heat maps, scatters, tables as HTML, CSV and LaTeX; words and marks."""
