"""What stands before every page: headers, hosts, origins, sizes, rates, and two cookies."""
