package main

import (
	"encoding/json"
	"flag"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	tokenizer "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	index "github.com/blevesearch/bleve_index_api"
	"golang.org/x/text/unicode/norm"
)

// runBleve answers with bleve. The name says how: "fold" removes the marks,
// "bm25" scores so and not by TF-IDF, "fuzzy" takes words of one edit too.
func runBleve(args []string) error {
	var t task
	f := flag.NewFlagSet("bleve", flag.ContinueOnError)
	t.flags(f)
	kb := f.String("kb", "", "kb.json")
	engine := f.String("engine", "bleve", "bleve, with any of -fold, -fuzzy, -bm25")
	if err := f.Parse(args); err != nil {
		return err
	}
	oneCore()
	data, err := os.ReadFile(*kb)
	if err != nil {
		return err
	}
	var documents []document
	if err := json.Unmarshal(data, &documents); err != nil {
		return err
	}
	documents = slices.DeleteFunc(documents, func(d document) bool { return d.ID == "" })
	begin := time.Now()
	ix, err := buildIndex(*engine, documents)
	if err != nil {
		return err
	}
	h := header{Engine: *engine, Version: bleveVersion(), Entries: len(documents), Build: time.Since(begin).Seconds()}
	fuzzy, limit := strings.Contains(*engine, "fuzzy"), hitsFor(documents)
	return t.run(h, func(text string) ([]hit, error) {
		either := bleve.NewDisjunctionQuery()
		for _, field := range fields() {
			m := bleve.NewMatchQuery(text)
			m.SetField(field.name)
			m.SetBoost(field.boost)
			if fuzzy {
				m.SetFuzziness(1)
			}
			either.AddQuery(m)
		}
		request := bleve.NewSearchRequestOptions(either, limit, 0, false)
		request.SortBy([]string{"-_score", "_id"}) // ties in one order
		found, err := ix.Search(request)
		if err != nil {
			return nil, err
		}
		var top []hit
		for _, h := range found.Hits {
			top = append(top, hit{h.ID, h.Score})
		}
		return byEntry(top), nil
	})
}

type field struct {
	name  string
	boost float64
}

func fields() []field { return []field{{"title", 2}, {"questions", 3}, {"text", 1}} }

// hitsFor is how many hits to ask for: more than five where an entry has many
// documents.
func hitsFor(documents []document) int {
	if len(documents) > 0 && strings.Contains(documents[0].ID, "#") {
		return 50
	}
	return 5
}

// byEntry turns hits on documents into hits on entries: the best of each, five in
// all, and none if the very best is not ours to answer.
func byEntry(documents []hit) []hit {
	var top []hit
	for i, d := range documents {
		id, _, _ := strings.Cut(d.id, "#")
		if id == "" && i == 0 {
			return nil
		}
		if id != "" && len(top) < 5 && !slices.ContainsFunc(top, func(h hit) bool { return h.id == id }) {
			top = append(top, hit{id, d.score})
		}
	}
	return top
}

func buildIndex(engine string, documents []document) (bleve.Index, error) {
	m, err := buildMapping(engine)
	if err != nil {
		return nil, err
	}
	// Scorch without a path keeps its segments in memory; NewMemOnly would take
	// the older upsidedown index.
	ix, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(documents, 500) {
		batch := ix.NewBatch()
		for _, d := range some {
			if err := batch.Index(d.ID, map[string]any{"title": d.Title, "questions": d.Questions, "text": d.Text}); err != nil {
				return nil, err
			}
		}
		if err := ix.Batch(batch); err != nil {
			return nil, err
		}
	}
	return ix, nil
}

func buildMapping(engine string) (*mapping.IndexMappingImpl, error) {
	err := registry.RegisterTokenFilter("vifold", func(map[string]any, *registry.Cache) (analysis.TokenFilter, error) { return foldFilter{}, nil })
	if err != nil {
		return nil, err
	}
	err = registry.RegisterCharFilter("nfc", func(map[string]any, *registry.Cache) (analysis.CharFilter, error) { return composed{}, nil })
	if err != nil {
		return nil, err
	}
	filters := []string{lowercase.Name}
	if strings.Contains(engine, "fold") {
		filters = append(filters, "vifold")
	}
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer("vi", map[string]any{
		"type": custom.Name, "char_filters": []string{"nfc"}, "tokenizer": tokenizer.Name, "token_filters": filters,
	}); err != nil {
		return nil, err
	}
	m.DefaultAnalyzer = "vi"
	if strings.Contains(engine, "bm25") {
		m.ScoringModel = index.BM25Scoring
	}
	text := bleve.NewTextFieldMapping()
	text.Store, text.IncludeInAll, text.IncludeTermVectors = false, false, false
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	for _, field := range fields() {
		m.DefaultMapping.AddFieldMappingsAt(field.name, text)
	}
	return m, nil
}

// fold removes the marks as ICU's "NFD; [:Mn:] Remove; NFC" with đ → d does. It
// is not our own folding: the peers get what their users would write.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ' || r == 'Đ':
			b.WriteByte('d')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

type foldFilter struct{}

func (foldFilter) Filter(in analysis.TokenStream) analysis.TokenStream {
	for _, t := range in {
		t.Term = []byte(fold(string(t.Term)))
	}
	return in
}

// composed brings decomposed input to one form before the tokens are cut.
type composed struct{}

func (composed) Filter(in []byte) []byte { return norm.NFC.Bytes(in) }

func bleveVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/blevesearch/bleve/v2" {
				return d.Version
			}
		}
	}
	return "unknown"
}
