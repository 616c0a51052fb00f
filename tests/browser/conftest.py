from playwright.sync_api import expect

expect.set_options(timeout=20_000)  # a machine that runs the whole suite is busy
