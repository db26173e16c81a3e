// Command cmd makes parts of a release; scripts/release.sh and `make licences`
// call it.
//
//	go run ./internal/release/cmd licences
//	go run ./internal/release/cmd pack -version v1.2.3 -at 1790000000 -binary doithoai -name doithoai-v1.2.3-linux-amd64.tar.gz
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/release"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say licences or pack")
	}
	switch args[0] {
	case "licences":
		return writeLicences(ctx, "docs/licences.md")
	case "pack":
		return pack(ctx, args[1:])
	}
	return fmt.Errorf("there is no %q; say licences or pack", args[0])
}

// writeLicences makes the table anew in the folder of the project.
func writeLicences(ctx context.Context, name string) error {
	var known []release.Module
	if text, err := os.ReadFile(name); err == nil {
		if known, err = release.ParseTable(string(text)); err != nil {
			return err
		}
	}
	modules, err := release.Survey(ctx, ".")
	if err != nil {
		return err
	}
	table, err := release.Table(modules, known)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(table), 0o644) //nolint:gosec // a page for everybody
}

// pack writes one archive beside which nothing else is needed.
func pack(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("pack", flag.ContinueOnError)
	version := flags.String("version", "", "of the release")
	at := flags.Int64("at", 0, "time of the commit, in seconds since 1970")
	binary := flags.String("binary", "", "the built program")
	name := flags.String("name", "", "the archive: .tar.gz or .zip")
	if err := flags.Parse(args); err != nil {
		return err
	}
	when := time.Unix(*at, 0)
	files, err := release.Bundle(ctx, release.Product{Root: ".", Binary: *binary, Version: *version, At: when})
	if err != nil {
		return err
	}
	out, err := os.Create(*name)
	if err != nil {
		return err
	}
	if folder, zipped := strings.CutSuffix(filepath.Base(*name), ".zip"); zipped {
		err = release.WriteZip(out, folder, files, when)
	} else {
		err = release.WriteTarGz(out, strings.TrimSuffix(filepath.Base(*name), ".tar.gz"), files, when)
	}
	if err != nil {
		return err
	}
	return out.Close()
}
