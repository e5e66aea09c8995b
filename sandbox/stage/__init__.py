"""The stage (舞台): the phones, the till and the clock a person or a test plays with."""
