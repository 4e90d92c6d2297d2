"""Contract suites that adapters run in their own tests: what a storage and a notifier must keep."""
