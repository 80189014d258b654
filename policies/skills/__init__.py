"""Skills: options that run a policy on a `Robot` until they are done."""
