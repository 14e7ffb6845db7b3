# Everything Canopy needs is installed below bin/ by this file, or comes with Go and make.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build run demo lab test test-long race bench lint golden docs clean

GOLANGCI_VERSION := v2.15.0
KUBERNETES := v1.37.2

# One set of flags for every build and test, so that all of them share the build cache, wherever the tree stands.
export GOFLAGS := -trimpath -buildvcs=false
LDFLAGS := -s -w
component := -X k8s.io/component-base/version
LAB_LDFLAGS := -s -w $(component).gitVersion=$(KUBERNETES) $(component).gitMajor=1 $(component).gitMinor=37

LAB := bin/canopy-lab
# The tests of fixes run the very commands that a fix prints, by the kubectl of the same Kubernetes.
KUBECTL := bin/kubectl
# Commands that need a cluster run inside a lab, which ends with them and passes their exit status on.
in_lab := PATH=$(CURDIR)/bin:$$PATH CANOPY_LAB_REQUIRED=1 CANOPY_LAB_BIN=$(CURDIR)/$(LAB) $(LAB) up --exec

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/canopy ## build the dashboard: bin/canopy

bin/canopy: FORCE
	@go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/canopy

$(LAB): FORCE
	@[ -x $@ ] || echo "building a Kubernetes control plane: about eight minutes the first time, then seconds"
	@cd cmd/canopy-lab && go build -ldflags '$(LAB_LDFLAGS)' -o ../../$@ .

$(KUBECTL): FORCE
	@cd cmd/canopy-lab && go build -ldflags '$(LAB_LDFLAGS)' -o ../../$@ k8s.io/kubernetes/cmd/kubectl

FORCE:

run: bin/canopy ## open the dashboard on kubectl's current context
	@bin/canopy

demo: bin/canopy ## open the dashboard on the bundled cluster: no Kubernetes needed
	@bin/canopy demo

lab: bin/canopy $(LAB) ## start a real control plane with the demo's cluster and open the dashboard on it
	@echo "starting a control plane with the demo's cluster: about twenty seconds"
	@$(LAB) up --manifests cmd/canopy/demo/jungle --exec bin/canopy

test: bin/canopy $(LAB) $(KUBECTL) ## all tests, those against a real control plane included
	@$(in_lab) go test -timeout 15m ./...
	@cd cmd/canopy-lab && go test -timeout 5m ./...
	@cd cmd/canopy-stock && go test -timeout 5m ./...

test-long: bin/canopy $(LAB) $(KUBECTL) ## the long differential and fuzz runs
	@CANOPY_LONG=1 CANOPY_RBAC_QUESTIONS=500000 $(in_lab) go test -timeout 60m ./...
	@.ci/fuzz 60s

race: bin/canopy $(LAB) $(KUBECTL) ## all tests under the race detector; the control plane itself is built without it
	@$(in_lab) go test -race -timeout 30m ./...

bench: bin/canopy $(LAB) ## print the table of speed and memory
	@.ci/bench

lint: bin/golangci-lint ## vet, format and the rules of .golangci.yml
	@bin/golangci-lint run ./...
	@cd cmd/canopy-lab && ../../bin/golangci-lint run --config ../../.golangci.yml ./...
	@cd cmd/canopy-stock && ../../bin/golangci-lint run --config ../../.golangci.yml ./...

bin/golangci-lint:
	@GOFLAGS= GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

golden: ## write the golden files anew
	@go test ./ui ./ui/view/overview ./ui/view/detail ./ui/view/explain ./ui/view/plan ./ui/view/enforce ./ui/view/resources ./ui/view/rbac ./ui/view/images ./ui/view/secrets ./ui/view/nodes ./ui/view/paths ./analysis/image/report ./cmd/canopy/output ./cmd/canopy/command -update

docs: bin/canopy ## write the generated parts of the docs, the pictures included
	@bin/canopy rules -o markdown > docs/rules.md
	@bin/canopy rules --edges -o markdown > docs/edges.md
	@bin/canopy info --defaults -o markdown > docs/settings.md
	@bin/canopy info --keys > docs/keys.md
	@go test ./cmd/canopy -run '^TestShots$$' -count 1 -args -shots ../../docs/screens

clean: ## remove what was built
	@rm -rf bin
