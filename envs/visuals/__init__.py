"""What the simulation looks like: meshes, pictures, videos."""
