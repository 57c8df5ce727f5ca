"""What goes on, told to the field's tools for that: runs to an MLflow store, curves to TensorBoard.

Knows nothing of studies or encoders; their packages are imported where they are asked for, and nowhere else.
"""
