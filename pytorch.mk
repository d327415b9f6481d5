# pytorch.mk - make check-pytorch: demos/pytorch, a network that goes from PyTorch to Gradus and back.  Without PyTorch
# (Debian: python3-torch) it is compared with stored numbers, which make pytorch-numbers writes anew.

PYTORCH_DEMO := $(wildcard demos/pytorch/*.*)
.PHONY: check-pytorch pytorch-numbers install-pytorch uninstall-pytorch
check-pytorch: $(BUILD)/libgradus.a $(BUILD)/libgradus64.a $(BUILD)/libs
	@CC='$(CC)' sh tests/scripts/pytorch.sh $(BUILD)
pytorch-numbers:
	@sh tests/scripts/pytorch.sh --write
install: install-pytorch
uninstall: uninstall-pytorch
install-pytorch:
	install -d "$(DESTDIR)$(DOCDIR)/demos/pytorch"
	install -m 644 $(PYTORCH_DEMO) "$(DESTDIR)$(DOCDIR)/demos/pytorch"
uninstall-pytorch:
	rm -f $(PYTORCH_DEMO:%="$(DESTDIR)$(DOCDIR)/%")
	@rmdir "$(DESTDIR)$(DOCDIR)/demos/pytorch" 2>/dev/null || true
