/* images.h - images: PNG and JPEG files, CIFAR-10, and changes at random that make more of few (augmentation).
 *
 *     static bool augment(void *context, gd_batch *batch)              for gd_loader_options.change
 *     {
 *         (void)context;
 *         return gd_random_shift(batch->x, 4) && gd_random_flip(batch->x, 0.5);
 *     }
 */
#ifndef GRADUS_IMAGES_H
#define GRADUS_IMAGES_H

#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_image_read - a PNG, JPEG or BMP file as [channels, height, width], bytes divided by 255, samples of 16 bits by
 * 65535.  channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; 0: as in the file.  Needs stb_image (Debian's
 * libstb-dev) when the library is built.  A pixel whose colour is missing in a palette is black.
 * Errors: no such image, or a damaged one: segments of JPEG or chunks of PNG beyond the end of the file, Huffman tables
 * with more codes than there are, pixels of PNG that decompress to another size than the header's or have a wrong
 * checksum (Adler-32; both only in a library built with zlib: without it, a small file may take much memory), rows of
 * BMP beyond the end of the file, and what stb_image notices; the checksums of PNG's chunks are not compared.  An image
 * of more than gd_read_limit bytes. */
gd_tensor *gd_image_read(const char *path, int channels);

/* gd_cifar10 - CIFAR-10 (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009) from its binary
 * version, https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz: x [n, 3, 32, 32], bytes divided by 255, y [n], the
 * classes 0 .. 9; training: data_batch_1.bin to data_batch_5.bin, test: test_batch.bin, each with or without .gz.
 * folder NULL: the folders of gd_airfoil, and cifar-10-batches-bin in each of them, are searched.
 * gd_cifar_read - one such file, of any number of records. */
gd_dataset gd_cifar10(const char *folder, bool train);
gd_dataset gd_cifar_read(const char *path);

/* ---- Changes at random: in place, for x [n, channels, height, width] or [channels, height, width], any view; each
 * image for itself.  The numbers come from the generator that this thread draws from.  Errors, besides another number
 * of axes: x is an expanded view, several of whose elements are one number in memory; x requires a gradient or was
 * recorded.
 *
 * gd_random_shift - by up to `pixels` in each direction, which is a crop of the same size after padding with zeros.
 * gd_random_flip - left to right, with this probability.
 * gd_random_cutout - a square of size x size, whose centre may lie anywhere in the image, becomes 0 (T. DeVries, G.
 * Taylor, 2017).
 * gd_random_crop - a copy [.., height, width] of a part at random of x after padding with zeros on all sides.  Error: x
 * with its padding is smaller. */
bool       gd_random_shift(gd_tensor *x, int64_t pixels);
bool       gd_random_flip(gd_tensor *x, double probability);
bool       gd_random_cutout(gd_tensor *x, int64_t size);
gd_tensor *gd_random_crop(const gd_tensor *x, int64_t height, int64_t width, int64_t padding);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
