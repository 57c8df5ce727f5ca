"""Reports: tables, figures and the page, from results and predictions; loads no model."""
