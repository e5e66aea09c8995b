"""A pretend WeChat platform (微信沙箱) on your own machine: phones, a till and a clock to play with."""
