# Short names for commands that also work by themselves; `make help` lists them.
LINT := .bin/golangci-lint-v2.15.0
GO_TEST := go test -race -shuffle=on -timeout 8m

.PHONY: help run test lint bench chaos vuln learn schema licences image release
help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16
run: ## the web chat on http://127.0.0.1:8080
	go run ./cmd/doithoai serve
test: lint ## everything a change must pass: format, vet, linter, modules, tests with the race detector
	@scripts/need.sh chromium
	@scripts/need.sh redis-server
	@scripts/need.sh promtool
	@scripts/need.sh curl
	$(GO_TEST) ./...
lint: ## format, vet, linter, go.mod
	@bad=$$(gofmt -l .); test -z "$$bad" || { echo "run gofmt -w on:"; echo "$$bad"; exit 1; }
	go vet ./...
	go mod tidy -diff
	@scripts/need.sh golangci-lint $(LINT)
	@test ! -x $(LINT) || $(LINT) run
bench: ## benchmarks, once each, with allocations
	go test -run '^$$' -bench . -benchmem -timeout 30m ./...
chaos: ## a thousand faults on each engine, a thousand updates a second, a store frozen for a minute; hours
	go test ./internal/app -v -timeout 30m -run 'TestConversation$$' -parallel 3 -freeze 1m
	go test ./internal/app -v -timeout 60m -run TestCasesThroughTheProgram -reckless
	go test ./internal/chaos -v -timeout 2h -run Telegram -tgrate 1000 -tgfaults 100 -tgrest 5s
	go test ./internal/chaos -v -timeout 2h -run Upgrade -faults 600
	go test ./internal/chaos -v -timeout 12h -skip 'Telegram|Upgrade' -faults 1000
vuln: ## known vulnerabilities in what we import; GOVULNDB may name a copy of the database
	@scripts/vuln.sh
learn: ## fit understanding to the built-in base again, after its questions or words changed
	go run ./cmd/doithoai kb eval --calibrate --kb knowledge/quangngai
schema: ## rewrite the schemas that editors of the knowledge base and of the desks use
	go run ./cmd/doithoai kb schema --dir docs/schema
	go run ./cmd/doithoai desks schema > docs/schema/can_bo.schema.json
licences: ## rewrite docs/licences.md, after a module came, changed or went
	go run ./internal/release/cmd licences
image: ## the container image, with docker or podman
	docker build --build-arg VERSION="$$(git describe --tags --always --dirty)" --build-arg COMMIT="$$(git rev-parse HEAD)" -t doithoai:dev .
release: ## archives for Linux and Windows into dist/, built twice and compared
	scripts/release.sh --check
