# One static program, no shell, no root. The time zone and the knowledge base are
# inside it; /data is the only thing it writes, so the rest may be read-only:
#
#   docker build --build-arg VERSION=v1.2.3 --build-arg COMMIT=$(git rev-parse HEAD) -t doithoai .
#   docker run --read-only --cap-drop ALL -p 127.0.0.1:8080:8080 -v doithoai-data:/data doithoai
FROM docker.io/library/golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG COMMIT=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT" -o /out/doithoai ./cmd/doithoai \
 && mkdir -p /out/data

FROM scratch
ARG VERSION=dev
ARG COMMIT=
LABEL org.opencontainers.image.title="Đối Thoại" \
      org.opencontainers.image.description="Trợ lý trả lời bà con Quảng Ngãi về chính sách an sinh xã hội" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
# Platforms are reached over HTTPS; scratch has no certificates of its own.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/doithoai /doithoai
COPY --from=build /src/LICENSE /src/docs/licences.md /licences/
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV DOITHOAI_LISTEN=0.0.0.0:8080 DOITHOAI_DATA=/data
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/doithoai", "ready"]
ENTRYPOINT ["/doithoai"]
CMD ["serve"]
