"""The paper as data: Pires, Schlinger and Garrette (2019), its published numbers and its claims, with table and page."""
