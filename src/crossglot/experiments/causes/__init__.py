"""The causal study: what each knob, moved alone, does to transfer between two constructed languages."""
