package oafake

import (
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

const uploadLife = 7 * 24 * time.Hour

type upload struct {
	at   time.Time
	size int
}

// receive takes the one file of a form.
func (s *Server) receive(r *http.Request, limit int, fits func(name string, data []byte) bool) (string, *no) {
	file, head, err := r.FormFile("file")
	if err != nil {
		return "", &no{-201, "file is invalid"}
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil || len(data) == 0 || !fits(head.Filename, data) {
		return "", &no{-201, "file is invalid"}
	}
	if len(data) > limit {
		return "", &no{-210, "file is too large"}
	}
	id := "u" + strconv.Itoa(s.number()) + "c7"
	s.uploads[id] = upload{s.now(), len(data)}
	return id, nil
}

func (s *Server) uploadImage(r *http.Request) (any, *no) {
	id, refused := s.receive(r, 1<<20, func(_ string, data []byte) bool {
		kind := http.DetectContentType(data)
		return kind == "image/jpeg" || kind == "image/png"
	})
	return map[string]any{"attachment_id": id}, refused
}

func (s *Server) uploadFile(r *http.Request) (any, *no) {
	id, refused := s.receive(r, 5<<20, func(name string, _ []byte) bool {
		return strings.Contains(".pdf .doc .docx .csv", strings.ToLower(path.Ext(name))) && path.Ext(name) != ""
	})
	return map[string]any{"token": id}, refused
}

func (s *Server) uploaded(id string) *no {
	u, ok := s.uploads[id]
	switch {
	case !ok:
		return &no{-201, "attachment_id is invalid"}
	case s.now().Sub(u.at) > uploadLife:
		return &no{-100, "attachment is expired"}
	}
	return nil
}

// Uploads returns how many files were uploaded.
func (s *Server) Uploads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.uploads)
}
