"""Named data sets, image folders, arrays and toy densities as `tf.data` streams of dict batches."""
