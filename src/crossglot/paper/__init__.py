"""The paper as data: published numbers and claims of Pires, Schlinger and Garrette (2019), with table and page."""
