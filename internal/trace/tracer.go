package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"
)

// Config says where spans go.
type Config struct {
	// Endpoint is the address of a collector that speaks OTLP over HTTP, with its
	// path, as http://127.0.0.1:4318/v1/traces.
	Endpoint *url.URL
	// Token is sent as a bearer's, if not empty.
	Token string
	// Percent of the messages are traced, each one whole or not at all, whichever
	// replica it meets; between 0 and 100.
	Percent int
	Version string // of the program
	// Delivered hears how each batch of spans ended; may be nil.
	Delivered func(error)
}

// Tracer sends spans to a collector. A nil Tracer does nothing. It is safe for
// concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   otel.Tracer
}

// scope is whose spans these are, as OpenTelemetry calls it.
const scope = "github.com/doithoai/doithoai"

// Open returns a Tracer. It does not reach the collector: one that is away costs
// spans, never a message. Close it.
func Open(ctx context.Context, c Config) (*Tracer, error) {
	if c.Endpoint == nil || c.Percent < 0 || c.Percent > 100 {
		return nil, errors.New("trace: incomplete config")
	}
	options := []otlptracehttp.Option{otlptracehttp.WithEndpointURL(c.Endpoint.String())}
	if c.Token != "" {
		options = append(options, otlptracehttp.WithHeaders(map[string]string{"Authorization": "Bearer " + c.Token}))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("set up trace exporter: %w", err)
	}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(reporting{exporter, c.Delivered}),
		sdk.WithSampler(sdk.TraceIDRatioBased(float64(c.Percent)/100)),
		sdk.WithIDGenerator(ids{}),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "doithoai"), attribute.String("service.version", c.Version))),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer(scope)}, nil
}

// Close sends what is left until ctx ends.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}

// Start opens a span of the message that ctx carries; end closes it. The pairs are
// names and values. No word of a resident, no chat and no token may stand in them;
// of an error only that there was one goes out. Without an id in ctx there is no
// span.
func (t *Tracer) Start(ctx context.Context, name string, pairs ...string) (span context.Context, end func(error)) {
	id := ID(ctx)
	if t == nil || id == "" {
		return ctx, func(error) {}
	}
	if !otel.SpanContextFromContext(ctx).IsValid() && name != Root {
		ctx = otel.ContextWithRemoteSpanContext(ctx, parent(id))
	}
	attrs := make([]attribute.KeyValue, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attrs = append(attrs, attribute.String(pairs[i], pairs[i+1]))
	}
	ctx, s := t.tracer.Start(ctx, name, otel.WithAttributes(attrs...))
	return ctx, func(err error) {
		if err != nil {
			s.SetStatus(codes.Error, "")
		}
		s.End()
	}
}

// Root is the name of the span that all others of a message stand under: taking
// it from its channel.
const Root = "message"

// parent is the span of a message as seen from elsewhere: its id follows from the
// trace, so that a later send finds it without anybody storing it.
func parent(id string) otel.SpanContext {
	trace := traceID(id)
	return otel.NewSpanContext(otel.SpanContextConfig{TraceID: trace, SpanID: root(trace), TraceFlags: otel.FlagsSampled, Remote: true})
}

func traceID(id string) (t otel.TraceID) {
	_, _ = hex.Decode(t[:], []byte(id)) // ID returns nothing else
	return t
}

// root is the id of the first span of a trace.
func root(t otel.TraceID) (s otel.SpanID) {
	copy(s[:], t[:])
	s[0] |= 1 // never zero, which is none
	return s
}

// ids names spans: a trace as its message, its first span as root says.
type ids struct{}

func (ids) NewIDs(ctx context.Context) (otel.TraceID, otel.SpanID) {
	t := traceID(ID(ctx))
	return t, root(t)
}

func (ids) NewSpanID(context.Context, otel.TraceID) (s otel.SpanID) {
	_, _ = rand.Read(s[:]) // never fails
	return s
}

// reporting tells of what an exporter could not deliver, in place of the global
// handler that OpenTelemetry has for it.
type reporting struct {
	sdk.SpanExporter
	delivered func(error)
}

func (r reporting) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := r.SpanExporter.ExportSpans(ctx, spans)
	if r.delivered != nil {
		r.delivered(err)
	}
	return nil
}
