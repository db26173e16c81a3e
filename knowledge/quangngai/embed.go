// Package quangngai is the built-in knowledge base: policies for poor
// households in Quảng Ngãi. It holds data only; package knowledge reads it.
package quangngai

import (
	"embed"
	"io/fs"
)

// The whole folder, so that a new topic needs no change here; by files, because
// a folder somebody has just made may still be empty.
//
//go:embed *.yaml *.json *.bin */*
var files embed.FS

// FS returns the files of the base, for [knowledge.Load].
//
// [knowledge.Load]: https://pkg.go.dev/github.com/doithoai/doithoai/knowledge#Load
func FS() fs.FS { return files }
