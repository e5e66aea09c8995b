"""A pretend WeChat platform (微信沙箱) at home: phones, a till and a clock to play with."""
