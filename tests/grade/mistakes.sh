# mistakes.sh - what people get wrong in the exercises, planted in the solutions, and what the grader must say of it.
# Read by tests/scripts/grade.sh:  wrong NAME 'edit by sed' 'part of the message'

# In any exercise: what does not compile or link, crashes, does not end, makes the library complain, or is a constant.
wrong 01_slope 's/f(p)/f(q)/' "it does not compile: line 13: 'q' undeclared"
wrong 01_slope 's/double slope/double slop/' 'it does not compile'
wrong 01_slope '/gd_backward/d' 'gd_item: t is NULL; a gradient is NULL until'
wrong 01_slope '/gd_backward/d; s/gd_item(p->grad)/p->grad->data[0]/' 'segmentation fault: most likely NULL was used'
wrong 01_slope 's/gd_backward(f(p));/while (p) gd_backward(f(p));/' 'it does not end'
wrong 01_slope 's/gd_requires_grad(\(.*\));/\1;/' 'gd_backward: '
wrong 01_slope 's/return .*/return 3.25;/' 'you return 3.25, and f'

wrong 01_slope 's/return .*/return gd_item(f(p));/' 'f(x) came back instead of'
wrong 01_slope 's/return .*/return (gd_item(f(gd_scalar(x + 1e-4))) - gd_item(f(gd_scalar(x)))) \/ 1e-4;/' \
    'a difference quotient?'
wrong 02_chain '/x = links/d' 'every derivative was taken at x'
wrong 02_chain 's/= 1;/= 0;/; s/\*=/+=/' 'the sum of their derivatives'
wrong 02_chain 's/return dydx/return x/' 'the value y came back'
wrong 02_chain '/dydx \*=/{h;d;};/x = links/G' 'you return'
wrong 03_zero_grad '0,/ *gd_zero_grad_of(w);/{//d;}' 'gd_zero_grad_of(w) is missing'
wrong 03_zero_grad '/slopes\[1\]/{n;d;}' 'w still has a gradient'
wrong 03_zero_grad 's/first(w)/SECOND/; s/second(w)/first(w)/; s/SECOND/second(w)/' 'the two are exchanged'
