"""What several tests use: servers, ports, the browser, a cluster."""
