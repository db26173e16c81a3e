package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

const (
	// maxMessage bounds one message that a command hands over.
	maxMessage = 16 << 20
	// maxKept bounds a value and what is to take its place, as they are written.
	maxKept = 4 * record.MaxKept
	// writeWait bounds how long a command may not read: a store that shows its
	// items cannot close, and one in a file cannot be compacted, until it is done.
	writeWait = 30 * time.Second
)

// Config is what a [Handler] works with. Operator is compulsory.
type Config struct {
	Operator Operator      // a [Compactor], a [CaseFinder], a [Counter] too if it can
	Intake   Intake        // nil if messages are not taken here
	Safe     Safe          // nil if values are not shown here
	Status   func() Status // nil if it is not told
	Log      *slog.Logger  // discarded if nil
}

type handler struct {
	Config
}

// Handler returns what is served at the socket.
func Handler(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = c.Log.With("component", "control")
	h := handler{c}
	mux := http.NewServeMux()
	answer := func(pattern string, do func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			value, err := do(r)
			h.answer(w, r, value, err)
		})
	}
	answer("GET "+pathHello, func(*http.Request) (any, error) { return struct{}{}, nil })
	answer("GET "+pathStatus, func(*http.Request) (any, error) {
		if h.Status == nil {
			return nil, ErrUnsupported
		}
		return h.Status(), nil
	})
	answer("POST "+pathRevive, h.withID(c.Operator.Revive))
	answer("POST "+pathBury, h.withID(c.Operator.Bury))
	answer("POST "+pathCompact, h.compact)
	answer("POST "+pathMessage, h.take)
	answer("POST "+pathCase, h.findCase)
	answer("POST "+pathCounts, h.counts)
	answer("POST "+pathValue, h.withSafe(func(ctx context.Context, s Safe, asked swapJSON) (kept keptJSON, err error) {
		kept.Value, err = s.Value(ctx, asked.Name)
		return kept, err
	}))
	answer("POST "+pathSwap, h.withSafe(func(ctx context.Context, s Safe, asked swapJSON) (kept keptJSON, err error) {
		kept.Swapped, err = s.Swap(ctx, asked.Name, asked.Old, asked.Next)
		return kept, err
	}))
	mux.HandleFunc("GET "+pathDead, h.stream(h.dead))
	mux.HandleFunc("GET "+pathExport, h.stream(h.export))
	mux.HandleFunc("GET "+pathCases, h.stream(h.cases))
	answer("/", func(*http.Request) (any, error) { return nil, ErrUnsupported })
	return mux
}

// answer renders the end of a request; it is the one place that does.
func (h handler) answer(w http.ResponseWriter, r *http.Request, value any, err error) {
	code := http.StatusOK
	if err != nil {
		code, value = http.StatusInternalServerError, h.fault(r, err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // whoever asked has gone
}

// fault turns an error into what is told; one that callers know is theirs to
// tell, any other is logged too.
func (h handler) fault(r *http.Request, err error) *fault {
	f := faultOf(err)
	if f.Code == "" && f.Moved == "" && r.Context().Err() == nil {
		h.Log.WarnContext(r.Context(), "operator's request failed", "path", r.URL.Path, "error", err)
	}
	return f
}

func (h handler) withID(do func(context.Context, string) error) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		var asked idJSON
		if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 4<<10)).Decode(&asked); err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
		return struct{}{}, do(r.Context(), asked.ID)
	}
}

func (h handler) withSafe(do func(context.Context, Safe, swapJSON) (keptJSON, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		if h.Safe == nil {
			return nil, ErrUnsupported
		}
		var asked swapJSON
		if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxKept)).Decode(&asked); err != nil {
			return nil, errors.New("read request: not a value") // the decoder's own words may quote it
		}
		return do(r.Context(), h.Safe, asked)
	}
}

func (h handler) compact(r *http.Request) (any, error) {
	c, ok := h.Operator.(Compactor)
	if !ok {
		return nil, ErrUnsupported
	}
	before, after, err := c.Compact(r.Context())
	return sizesJSON{before, after}, err
}

func (h handler) take(r *http.Request) (any, error) {
	if h.Intake == nil {
		return nil, ErrUnsupported
	}
	var asked messageJSON
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxMessage)).Decode(&asked); err != nil {
		return nil, errors.New("read request: not a message") // the decoder's own words may quote it
	}
	m, err := asked.message()
	if err != nil {
		return nil, err
	}
	return struct{}{}, h.Intake.Handle(r.Context(), m)
}

func (h handler) dead(ctx context.Context, show func(piece) error) error {
	return h.Operator.Dead(ctx, func(d record.Dead) error {
		raw, err := record.Newest.EncodeDead(d)
		if err != nil {
			return err
		}
		return show(piece{Dead: raw})
	})
}

func (h handler) export(ctx context.Context, show func(piece) error) error {
	return h.Operator.Export(ctx, func(item record.Item) error { return show(piece{Item: &item}) })
}

// stream answers with a piece for each thing shown, and one more that says how
// it ended.
func (h handler) stream(fill func(context.Context, func(piece) error) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jsonl")
		buffered := bufio.NewWriterSize(&patient{w, http.NewResponseController(w)}, 64<<10)
		out := json.NewEncoder(buffered)
		err := fill(r.Context(), func(p piece) error {
			if err := r.Context().Err(); err != nil {
				return err
			}
			return out.Encode(p)
		})
		last := piece{End: true}
		if err != nil {
			last = piece{Fault: h.fault(r, err)}
		}
		_ = errors.Join(out.Encode(last), buffered.Flush()) // whoever asked has gone
	}
}

// patient gives each write its own time.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(writeWait)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}
