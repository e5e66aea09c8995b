"""Pure rules of the member programme (会员计划): values in, values out."""
