# Every chore of the repository. `make check` is what has to pass before a change goes in.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 5s
BENCHTIME   ?= 1s
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT      ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS     := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

export CGO_ENABLED ?= 0

.PHONY: kills build test race fuzz lint gen gen-check arch check bench interop compose-test image-binaries image image-test clean

build: ## the static binary, in bin/
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/mapid ./cmd/mapid

test: ## all tests
	$(GO) test ./...

race: ## all tests under the race detector, which needs cgo and a C compiler
	CGO_ENABLED=1 $(GO) test -race -timeout 30m ./...

fuzz: ## every fuzz target for FUZZTIME
	./test/fuzz.sh $(FUZZTIME)

lint: ## formatting, vet, staticcheck
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change: $$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

gen: ## generated files
	$(GO) generate ./...

gen-check: gen ## fails if a generated file was not current
	@if [ -n "$$(git status --porcelain -- $$(git grep -lE '^(//|<!--) .*generated .*DO NOT EDIT' -- . ':!Makefile'))" ]; then \
		echo "generated files were not current: commit what make gen wrote" >&2; \
		git --no-pager diff --stat; exit 1; fi

arch: ## the rules of the repository
	$(GO) test ./internal/archtest

check: lint arch race fuzz gen-check ## all of it

bench: ## all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

kills: ## a server killed a hundred times under load, which loses and doubles no mail
	MAPID_KILLS=100 $(GO) test -count=1 -run '^TestKilled$$' -v ./internal/app

interop: ## clients of other projects against the binary; what is not installed is skipped unless MAPID_REQUIRE_INTEROP=1
	MAPID_REQUIRE_INTEROP=$${MAPID_REQUIRE_INTEROP:-0} $(GO) test -v -count=1 -timeout 20m ./test/interop/...

compose-test: ## the compose files as processes in network namespaces; wants root, part of interop where that runs as root
	MAPID_REQUIRE_INTEROP=1 MAPID_REQUIRE_COMPOSE=1 $(GO) test -v -count=1 -timeout 10m ./test/interop/compose/

IMAGE         ?= mapid:$(VERSION)
IMAGE_ARCHS   ?= amd64 arm64
BUILDAH       := buildah --storage-driver vfs
BUILDAH_BUILD := bud --isolation chroot --format docker -q -f docker/Dockerfile --target prebuilt --build-arg VERSION=$(VERSION)

image-binaries: ## static binaries for the image
	for arch in $(IMAGE_ARCHS); do \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/linux-$$arch/mapid ./cmd/mapid || exit 1; \
	done

image: image-binaries ## container images, built with buildah and without a daemon or a registry
	for arch in $(IMAGE_ARCHS); do \
		$(BUILDAH) $(BUILDAH_BUILD) --arch $$arch --build-arg TARGETARCH=$$arch -t $(IMAGE)-$$arch . || exit 1; \
	done

image-test: ## builds the image for this machine and proves it, with buildah alone
	./test/image.sh

clean:
	rm -rf bin
