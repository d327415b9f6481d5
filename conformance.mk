# conformance.mk - make check-conformance: the kit for optimizers of others, conformance/, run with Gradus and with
# plain Python, and PyTorch where it is installed.  make conformance-kit: the folder as an archive.

.PHONY: check-conformance conformance-kit
check-conformance: $(BUILD)/libgradus64.a $(BUILD)/libs
	@CC='$(CC)' sh tests/scripts/conformance.sh $(BUILD)
conformance-kit:
	@mkdir -p out
	tar -czf out/gradus-conformance.tar.gz conformance LICENSE
