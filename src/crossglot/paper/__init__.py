"""The paper as data: published numbers and claims, with table and page."""
