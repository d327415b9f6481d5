// gradus.hpp - C++17 around gradus.h: RAII for scopes and for what must be freed, operators on tensors, exceptions.
// Optional and thin: there is no second library, a gradus::tensor is a gd_tensor * and converts to and from one, and
// every function of the C headers can be called as it is:
//
//     gradus::scope here;                                     // GD_SCOPE
//     gradus::tensor error = gradus::matmul(x, w) - y;        // throws gradus::error when a call has failed
//     gradus::tensor loss = gradus::mean(error * error) / 2;
//     loss.backward();
//
// gradus::mean(x) is gd_mean(x) as a gradus::tensor.  Write so in expressions: gd_mean(x) + 1 would be an offset of a
// pointer.
//
// Errors.  A NULL that becomes a gradus::tensor or a handle, and a false that is given to gradus::check, throws
// gradus::error with the library's message, which gd_last_error no longer has then.  The library also tells the error
// handler, which prints to standard error by default: a program that catches wants gd_on_error(nullptr).
//
// Callbacks.  The library is C, and no exception may leave a function that it calls.  gradus::step takes any closure
// and carries its exception around the library; in rules, hooks and algorithms of your own catch it, or call the C
// functions on bare gd_tensor *, which throw nothing.
//
// Lifetimes are those of C: a tensor belongs to a scope, a model or the program.  A copy of a gradus::tensor is the
// same tensor.  Both kinds of the library can be used in one program, in different source files: names differ by kind.
#ifndef GRADUS_HPP
#define GRADUS_HPP

#include "gradus.h"

#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if __cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L)
#error "gradus.hpp needs C++17; gradus.h can be used from C++11 on"
#endif

namespace gradus {
#ifdef GD_DOUBLE
inline namespace real64 {
#else
inline namespace real32 {
#endif

// ---- Errors -------------------------------------------------------------------------------------------------------

class error : public std::runtime_error {
public:
    error() : std::runtime_error(taken()) {}
    explicit error(const std::string &message) : std::runtime_error(message) {}

private:
    // The message goes into one exception: a NULL that comes later without a failure must not get it, too.
    static std::string taken()
    {
        std::string message = gd_last_error() ? gd_last_error() : "gradus: NULL, and no call has failed";
        gd_clear_error();
        return message;
    }
};

// check - throws when a call was not successful: gradus::check(gd_save(path, net, adam)).
inline void check(bool good)
{
    if (!good)
        throw error();
}

// ---- Scopes -------------------------------------------------------------------------------------------------------

// scope - what is made from here to the end of the block ends with it.
class scope {
public:
    scope() : depth(gd_scope_enter()) {}
    ~scope() { gd_scope_leave(&depth); }
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;

private:
    int depth;
};

// no_grad - nothing is recorded from here to the end of the block.
class no_grad {
public:
    no_grad() : depth(gd_no_grad_enter()) {}
    ~no_grad() { gd_no_grad_leave(&depth); }
    no_grad(const no_grad &) = delete;
    no_grad &operator=(const no_grad &) = delete;

private:
    int depth;
};

// ---- Tensors ------------------------------------------------------------------------------------------------------

class tensor {
public:
    tensor(gd_tensor *t) : pointer(t)                   // not explicit: results of the C functions become tensors
    {
        if (!t)
            throw error();
    }
    operator gd_tensor *() const { return pointer; }    // and tensors arguments of the C functions
    const gd_tensor *operator->() const { return pointer; }

    // The gradient; an exception where there is none yet.
    tensor grad() const
    {
        if (!pointer->grad)
            throw error(std::string("gradus: there is no gradient of ") +
                        (pointer->name ? pointer->name : "the tensor"));
        return pointer->grad;
    }
    bool has_grad() const { return pointer->grad != nullptr; }
    const tensor &backward() const { return check(gd_backward(pointer)), *this; }
    const tensor &requires_grad() const { return tensor(gd_requires_grad(pointer)), *this; }
    const tensor &zero_grad() const { return gd_zero_grad_of(pointer), *this; }

    // The only element; an exception where there are more, or none.
    gd_real item() const
    {
        if (gd_numel(pointer) != 1)
            (void)gd_item(pointer), throw error();
        return gd_item(pointer);
    }
    std::int64_t size(int axis) const
    {
        if (axis < -pointer->ndim || axis >= pointer->ndim)
            throw error("gradus: axis " + std::to_string(axis) + " of a tensor of " + std::to_string(pointer->ndim));
        return pointer->shape[axis < 0 ? axis + pointer->ndim : axis];
    }
    gd_shape shape() const { return gd_shape_of_tensor(pointer); }
    std::vector<gd_real> values() const                 // in row-major order
    {
        std::vector<gd_real> numbers(static_cast<std::size_t>(gd_numel(pointer)));
        check(gd_copy_out(pointer, numbers.data()));
        return numbers;
    }
    tensor operator[](std::int64_t i) const { return gd_select(pointer, 0, i); }

private:
    gd_tensor *pointer;
};

inline tensor operator+(tensor a, tensor b) { return gd_add(a, b); }
inline tensor operator-(tensor a, tensor b) { return gd_sub(a, b); }
inline tensor operator*(tensor a, tensor b) { return gd_mul(a, b); }
inline tensor operator/(tensor a, tensor b) { return gd_div(a, b); }
inline tensor operator-(tensor a) { return gd_neg(a); }

// Comparisons give tensors of ones and zeros, as gd_lt and so on.  == and != are left out: of pointers they would say
// whether both are the same tensor; gradus::eq compares the elements.
inline tensor operator<(tensor a, tensor b) { return gd_lt(a, b); }
inline tensor operator<=(tensor a, tensor b) { return gd_le(a, b); }
inline tensor operator>(tensor a, tensor b) { return gd_gt(a, b); }
inline tensor operator>=(tensor a, tensor b) { return gd_ge(a, b); }
bool operator==(tensor, tensor) = delete;
bool operator!=(tensor, tensor) = delete;

// With a number of any type: templates, so that none is taken for an offset of a pointer.
#define GRADUS_WITH_NUMBER template <typename N, typename = std::enable_if_t<std::is_arithmetic<N>::value>> tensor
GRADUS_WITH_NUMBER operator+(tensor a, N s) { return gd_shift(a, static_cast<double>(s)); }
GRADUS_WITH_NUMBER operator+(N s, tensor a) { return gd_shift(a, static_cast<double>(s)); }
GRADUS_WITH_NUMBER operator-(tensor a, N s) { return gd_shift(a, -static_cast<double>(s)); }
GRADUS_WITH_NUMBER operator-(N s, tensor a) { return gd_sub(gd_scalar(static_cast<double>(s)), a); }
GRADUS_WITH_NUMBER operator*(tensor a, N s) { return gd_scale(a, static_cast<double>(s)); }
GRADUS_WITH_NUMBER operator*(N s, tensor a) { return gd_scale(a, static_cast<double>(s)); }
GRADUS_WITH_NUMBER operator/(tensor a, N s) { return gd_div(a, gd_scalar(static_cast<double>(s))); }
GRADUS_WITH_NUMBER operator/(N s, tensor a) { return gd_div(gd_scalar(static_cast<double>(s)), a); }
GRADUS_WITH_NUMBER operator<(tensor a, N s) { return gd_lt(a, gd_scalar(static_cast<double>(s))); }
GRADUS_WITH_NUMBER operator<=(tensor a, N s) { return gd_le(a, gd_scalar(static_cast<double>(s))); }
GRADUS_WITH_NUMBER operator>(tensor a, N s) { return gd_gt(a, gd_scalar(static_cast<double>(s))); }
GRADUS_WITH_NUMBER operator>=(tensor a, N s) { return gd_ge(a, gd_scalar(static_cast<double>(s))); }
#undef GRADUS_WITH_NUMBER

// from - a tensor of numbers in row-major order: gradus::from(GD_SHAPE(2, 2), { 1, 2, 3, 4 }).
inline tensor from(gd_shape shape, const std::vector<gd_real> &numbers)
{
    std::int64_t n = 1;
    for (int i = 0; i < shape.ndim && i < GD_MAX_DIMS; i++)
        n *= shape.size[i];
    if (static_cast<std::int64_t>(numbers.size()) != n)
        throw error("gradus::from: the shape has " + std::to_string(n) + " elements, and there are " +
                    std::to_string(numbers.size()) + " numbers");
    return gd_from(shape, numbers.data());
}

// The functions of C that return a tensor, as gradus::matmul(a, b): a gradus::tensor, or an exception.  So a + that
// comes after one is never that of pointers.  The arguments are those of C.
#define GRADUS_CALLS(name)                                                                                            \
    template <typename... Arguments> auto name(Arguments &&...arguments)                                              \
        -> decltype(tensor(gd_##name(std::forward<Arguments>(arguments)...)))                                         \
    {                                                                                                                 \
        return gd_##name(std::forward<Arguments>(arguments)...);                                                      \
    }
GRADUS_CALLS(abs) GRADUS_CALLS(acos) GRADUS_CALLS(acosh) GRADUS_CALLS(adaptive_avg_pool)
GRADUS_CALLS(adaptive_max_pool) GRADUS_CALLS(add) GRADUS_CALLS(affine) GRADUS_CALLS(all) GRADUS_CALLS(all_axis)
GRADUS_CALLS(any) GRADUS_CALLS(any_axis) GRADUS_CALLS(arange) GRADUS_CALLS(argmax) GRADUS_CALLS(argmin)
GRADUS_CALLS(argsort) GRADUS_CALLS(asin) GRADUS_CALLS(asinh) GRADUS_CALLS(atan) GRADUS_CALLS(atan2) GRADUS_CALLS(atanh)
GRADUS_CALLS(attention) GRADUS_CALLS(avg_pool1d) GRADUS_CALLS(avg_pool2d) GRADUS_CALLS(batch_norm)
GRADUS_CALLS(batch_norm_apply) GRADUS_CALLS(bce_loss) GRADUS_CALLS(bce_with_logits)
GRADUS_CALLS(bce_with_logits_weighted) GRADUS_CALLS(bernoulli) GRADUS_CALLS(buffer) GRADUS_CALLS(ceil)
GRADUS_CALLS(cholesky) GRADUS_CALLS(clamp) GRADUS_CALLS(column_means) GRADUS_CALLS(column_medians) GRADUS_CALLS(concat)
GRADUS_CALLS(confusion) GRADUS_CALLS(contiguous) GRADUS_CALLS(conv1d) GRADUS_CALLS(conv1d_apply) GRADUS_CALLS(conv2d)
GRADUS_CALLS(conv2d_apply) GRADUS_CALLS(conv_transpose1d) GRADUS_CALLS(conv_transpose1d_apply)
GRADUS_CALLS(conv_transpose2d) GRADUS_CALLS(conv_transpose2d_apply) GRADUS_CALLS(cos) GRADUS_CALLS(cosh)
GRADUS_CALLS(cosine_embedding_loss) GRADUS_CALLS(cosine_similarity) GRADUS_CALLS(count_nonzero)
GRADUS_CALLS(count_nonzero_axis) GRADUS_CALLS(cross_entropy) GRADUS_CALLS(cross_entropy_with) GRADUS_CALLS(csv_read)
GRADUS_CALLS(ctc_loss) GRADUS_CALLS(cumprod) GRADUS_CALLS(cumsum) GRADUS_CALLS(decoder_block_apply) GRADUS_CALLS(det)
GRADUS_CALLS(detach) GRADUS_CALLS(diag) GRADUS_CALLS(diagonal) GRADUS_CALLS(div) GRADUS_CALLS(dropout)
GRADUS_CALLS(dropout_apply) GRADUS_CALLS(einsum) GRADUS_CALLS(elu) GRADUS_CALLS(ema_get) GRADUS_CALLS(embedding)
GRADUS_CALLS(embedding_apply) GRADUS_CALLS(encoder_block_apply) GRADUS_CALLS(eq) GRADUS_CALLS(erf) GRADUS_CALLS(exp)
GRADUS_CALLS(expand) GRADUS_CALLS(expm1) GRADUS_CALLS(exponential) GRADUS_CALLS(eye) GRADUS_CALLS(flatten)
GRADUS_CALLS(flip) GRADUS_CALLS(floor) GRADUS_CALLS(freeze) GRADUS_CALLS(from) GRADUS_CALLS(full) GRADUS_CALLS(gather)
GRADUS_CALLS(gaussian_nll_loss) GRADUS_CALLS(ge) GRADUS_CALLS(gelu) GRADUS_CALLS(gelu_tanh)
GRADUS_CALLS(global_avg_pool) GRADUS_CALLS(global_max_pool) GRADUS_CALLS(glu) GRADUS_CALLS(group_norm)
GRADUS_CALLS(group_norm_apply) GRADUS_CALLS(gru_apply) GRADUS_CALLS(gt) GRADUS_CALLS(hardsigmoid)
GRADUS_CALLS(hardswish) GRADUS_CALLS(hardtanh) GRADUS_CALLS(hinge_loss) GRADUS_CALLS(huber_loss) GRADUS_CALLS(hvp)
GRADUS_CALLS(idx_read) GRADUS_CALLS(image_read) GRADUS_CALLS(impute) GRADUS_CALLS(index_select)
GRADUS_CALLS(instance_norm) GRADUS_CALLS(interpolate) GRADUS_CALLS(inverse) GRADUS_CALLS(isfinite) GRADUS_CALLS(isinf)
GRADUS_CALLS(isnan) GRADUS_CALLS(jvp) GRADUS_CALLS(kaiming_normal) GRADUS_CALLS(kaiming_uniform) GRADUS_CALLS(keep)
GRADUS_CALLS(kl_div) GRADUS_CALLS(l1_loss) GRADUS_CALLS(layer_norm) GRADUS_CALLS(layer_norm_apply) GRADUS_CALLS(le)
GRADUS_CALLS(leaky_relu) GRADUS_CALLS(linear_apply) GRADUS_CALLS(linspace) GRADUS_CALLS(log) GRADUS_CALLS(log10)
GRADUS_CALLS(log1p) GRADUS_CALLS(log2) GRADUS_CALLS(log_softmax) GRADUS_CALLS(logcumsumexp) GRADUS_CALLS(logical_and)
GRADUS_CALLS(logical_not) GRADUS_CALLS(logical_or) GRADUS_CALLS(logsigmoid) GRADUS_CALLS(logsumexp)
GRADUS_CALLS(logsumexp_axes) GRADUS_CALLS(lstsq) GRADUS_CALLS(lt) GRADUS_CALLS(masked_attention)
GRADUS_CALLS(masked_fill) GRADUS_CALLS(masked_select) GRADUS_CALLS(matmul) GRADUS_CALLS(max) GRADUS_CALLS(max_axes)
GRADUS_CALLS(max_axis) GRADUS_CALLS(max_pool1d) GRADUS_CALLS(max_pool2d) GRADUS_CALLS(maximum) GRADUS_CALLS(mean)
GRADUS_CALLS(mean_axes) GRADUS_CALLS(mean_axis) GRADUS_CALLS(median) GRADUS_CALLS(median_axis) GRADUS_CALLS(min)
GRADUS_CALLS(min_axes) GRADUS_CALLS(min_axis) GRADUS_CALLS(minimum) GRADUS_CALLS(mish) GRADUS_CALLS(mse_loss)
GRADUS_CALLS(mul) GRADUS_CALLS(multihead_apply) GRADUS_CALLS(multihead_attend) GRADUS_CALLS(multinomial)
GRADUS_CALLS(nanmean) GRADUS_CALLS(nanmean_axis) GRADUS_CALLS(nansum) GRADUS_CALLS(nansum_axis) GRADUS_CALLS(ne)
GRADUS_CALLS(neg) GRADUS_CALLS(nll_loss) GRADUS_CALLS(nonzero) GRADUS_CALLS(norm) GRADUS_CALLS(norm_axes)
GRADUS_CALLS(normal) GRADUS_CALLS(npy_read) GRADUS_CALLS(npy_read_at) GRADUS_CALLS(npz_read) GRADUS_CALLS(one_hot)
GRADUS_CALLS(ones) GRADUS_CALLS(ones_like) GRADUS_CALLS(orthogonal) GRADUS_CALLS(outer) GRADUS_CALLS(pad)
GRADUS_CALLS(padding_mask) GRADUS_CALLS(param) GRADUS_CALLS(param_tied) GRADUS_CALLS(params_at)
GRADUS_CALLS(params_get) GRADUS_CALLS(permutation) GRADUS_CALLS(permute) GRADUS_CALLS(poisson_nll_loss)
GRADUS_CALLS(pow) GRADUS_CALLS(pow_tensor) GRADUS_CALLS(prelu) GRADUS_CALLS(prod) GRADUS_CALLS(prod_axis)
GRADUS_CALLS(randint) GRADUS_CALLS(random_choice) GRADUS_CALLS(random_crop) GRADUS_CALLS(reciprocal)
GRADUS_CALLS(recomputed) GRADUS_CALLS(record) GRADUS_CALLS(relu) GRADUS_CALLS(remainder) GRADUS_CALLS(repeat)
GRADUS_CALLS(requires_grad) GRADUS_CALLS(reshape) GRADUS_CALLS(retain_grad) GRADUS_CALLS(rms_norm)
GRADUS_CALLS(rms_norm_apply) GRADUS_CALLS(rnn_apply) GRADUS_CALLS(roll) GRADUS_CALLS(rotary) GRADUS_CALLS(round)
GRADUS_CALLS(rsqrt) GRADUS_CALLS(run) GRADUS_CALLS(safetensors_read) GRADUS_CALLS(scalar) GRADUS_CALLS(scale)
GRADUS_CALLS(scatter) GRADUS_CALLS(scatter_add) GRADUS_CALLS(scope_end_with) GRADUS_CALLS(select)
GRADUS_CALLS(self_attention) GRADUS_CALLS(selu) GRADUS_CALLS(set_name) GRADUS_CALLS(shift) GRADUS_CALLS(sigmoid)
GRADUS_CALLS(sign) GRADUS_CALLS(silu) GRADUS_CALLS(sin) GRADUS_CALLS(sinh) GRADUS_CALLS(sinusoidal_positions)
GRADUS_CALLS(slice) GRADUS_CALLS(smooth_l1_loss) GRADUS_CALLS(soft_cross_entropy) GRADUS_CALLS(softmax)
GRADUS_CALLS(softplus) GRADUS_CALLS(solve) GRADUS_CALLS(solve_triangular) GRADUS_CALLS(sort)
GRADUS_CALLS(spectral_norm) GRADUS_CALLS(sqrt) GRADUS_CALLS(square) GRADUS_CALLS(squeeze) GRADUS_CALLS(stack)
GRADUS_CALLS(standardize) GRADUS_CALLS(std) GRADUS_CALLS(std_axes) GRADUS_CALLS(std_axis) GRADUS_CALLS(sub)
GRADUS_CALLS(sum) GRADUS_CALLS(sum_axes) GRADUS_CALLS(sum_axis) GRADUS_CALLS(table_missing) GRADUS_CALLS(table_numbers)
GRADUS_CALLS(tan) GRADUS_CALLS(tanh) GRADUS_CALLS(trace) GRADUS_CALLS(transpose) GRADUS_CALLS(tril)
GRADUS_CALLS(triplet_margin_loss) GRADUS_CALLS(triu) GRADUS_CALLS(trunc) GRADUS_CALLS(truncated_normal)
GRADUS_CALLS(uniform) GRADUS_CALLS(unsqueeze) GRADUS_CALLS(var) GRADUS_CALLS(var_axes) GRADUS_CALLS(var_axis)
GRADUS_CALLS(vjp) GRADUS_CALLS(weight_norm) GRADUS_CALLS(where) GRADUS_CALLS(wrap) GRADUS_CALLS(xavier_normal)
GRADUS_CALLS(xavier_uniform) GRADUS_CALLS(zeros) GRADUS_CALLS(zeros_like)
#undef GRADUS_CALLS

// ---- What must be freed: a handle owns it, and converts to the pointer of C ----------------------------------------

template <typename T, void (*Free)(T *)> class handle {
public:
    handle(T *t) : owned(t)                             // not explicit: gradus::params net = gd_params_new();
    {
        if (!t)
            throw error();
    }
    operator T *() const { return owned.get(); }
    T *operator->() const { return owned.get(); }
    T *get() const { return owned.get(); }

private:
    struct deleter {
        void operator()(T *t) const { Free(t); }
    };
    std::unique_ptr<T, deleter> owned;
};

using params = handle<gd_params, gd_params_free>;
using optimizer = handle<gd_optimizer, gd_optimizer_free>;
using loader = handle<gd_loader, gd_loader_free>;
using average = handle<gd_ema, gd_ema_free>;
using generator = handle<gd_generator, gd_generator_free>;
using program = handle<gd_program, gd_program_free>;
using plot = handle<gd_plot, gd_plot_free>;
using table = handle<gd_table, gd_table_free>;
using npz = handle<gd_npz, gd_npz_close>;
using safetensors = handle<gd_safetensors, gd_safetensors_close>;
using early_stopping = handle<gd_early_stopping, gd_early_stopping_free>;
using history = handle<gd_history, gd_history_free>;

// ---- Steps, and parts of your own ----------------------------------------------------------------------------------

inline void step(gd_optimizer *o) { check(gd_step(o)); }

// step - gd_step_closure with any callable that computes the loss and fresh gradients and returns the loss.  Returns
// the loss before the step; an exception of the callable comes out of here, and the step ends where it was.
template <typename Closure> double step(gd_optimizer *o, Closure &&closure)
{
    struct call {
        Closure &closure;
        std::exception_ptr thrown;
    } c = { closure, nullptr };
    double loss = gd_step_closure(o, [](void *context) noexcept -> double {
        call *c_ = static_cast<call *>(context);
        try {
            return static_cast<double>(c_->closure());
        } catch (const std::exception &e) {
            c_->thrown = std::current_exception();
            gd_fail("gradus::step: the closure has thrown an exception: %s", e.what());
        } catch (...) {
            c_->thrown = std::current_exception();
            gd_fail("gradus::step: the closure has thrown an exception");
        }
        return std::numeric_limits<double>::quiet_NaN();
    }, &c);
    if (c.thrown)
        std::rethrow_exception(c.thrown);
    if (std::isnan(loss))
        throw error();
    return loss;
}

// operation - a gd_op by its members; C++20 can write { .name = .. } itself.
inline gd_op operation(const char *name, gd_rule *rule, std::uint64_t reads, const char *formula = nullptr)
{
    gd_op op = gd_op();
    op.name = name;
    op.rule = rule;
    op.reads = reads;
    op.formula = formula;
    return op;
}

// algorithm - a gd_algorithm for options of the type Options, which begin with double lr.  It must outlive its
// optimizers.
template <typename Options> gd_algorithm algorithm(const char *name, void (*update)(const gd_update *))
{
    static_assert(std::is_standard_layout<Options>::value && std::is_trivially_copyable<Options>::value,
                  "options are a plain struct that begins with double lr");
    gd_algorithm a = gd_algorithm();
    a.name = name;
    a.options_size = sizeof(Options);
    a.update = update;
    return a;
}

} // namespace real32, real64
} // namespace gradus

#endif
