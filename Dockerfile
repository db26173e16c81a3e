# One static program, no shell, no root. The time zone and the knowledge base are
# inside it; /data is the only thing it writes.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/doithoai ./cmd/doithoai \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /out/doithoai /doithoai
COPY --from=build /src/LICENSE /LICENSE
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV DOITHOAI_LISTEN=0.0.0.0:8080 DOITHOAI_DATA=/data
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["/doithoai"]
CMD ["serve"]
