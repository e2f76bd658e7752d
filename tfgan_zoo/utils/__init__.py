"""What every room needs and no paper describes: files, batching, pictures, distribution."""
