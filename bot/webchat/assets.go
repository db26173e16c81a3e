package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// assets are the page and what belongs to it, ready to send. Style and script
// are asked for with their hash as query, so they can be kept for ever.
type assets struct {
	files map[string]*asset // by route pattern
	plain *template.Template
	style string // hash
}

type asset struct {
	kind       string
	hash       string
	raw, small []byte // small is compressed
}

// pageData fills index.html.
type pageData struct {
	Style, Script, Province string
	MaxText                 int
}

func newAssets(province string) (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	for name, kind := range map[string]string{
		"style.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml",
	} {
		raw, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if a.files["/"+name], err = newAsset(kind, raw); err != nil {
			return nil, err
		}
	}
	a.style = a.files["/style.css"].hash
	pages, err := template.ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse pages: %w", err)
	}
	a.plain = pages.Lookup("plain.html")
	var page bytes.Buffer
	data := pageData{Style: a.style, Script: a.files["/app.js"].hash, Province: province, MaxText: maxText}
	if err := pages.ExecuteTemplate(&page, "index.html", data); err != nil {
		return nil, fmt.Errorf("fill page: %w", err)
	}
	a.files["/{$}"], err = newAsset("text/html", page.Bytes())
	return a, err
}

func newAsset(kind string, raw []byte) (*asset, error) {
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(raw)
	if err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	return &asset{kind: kind, hash: hex.EncodeToString(sum[:6]), raw: raw, small: small.Bytes()}, nil
}

func (a *assets) paths() []string {
	var paths []string
	for path := range a.files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func (a *assets) serve(path string) func(http.ResponseWriter, *http.Request) error {
	f := a.files[path]
	return func(w http.ResponseWriter, r *http.Request) error {
		head := w.Header()
		head.Set("Content-Type", f.kind+"; charset=utf-8")
		head.Set("Vary", "Accept-Encoding")
		head.Set("Cache-Control", "no-cache")
		if r.URL.RawQuery == f.hash {
			head.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		body, tag := f.raw, f.hash
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			head.Set("Content-Encoding", "gzip")
			body, tag = f.small, f.hash+"-gzip"
		}
		head.Set("ETag", `"`+tag+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
		return nil
	}
}
