package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/knowledge"
)

func newKBSchema() *cobra.Command {
	names := strings.Join(knowledge.SchemaNames(), ", ")
	cmd := &cobra.Command{
		Use:   "schema [TÊN]",
		Short: "Khuôn (JSON Schema) của các tệp, để trình soạn thảo gợi ý và báo lỗi khi gõ",
		Long: "Khuôn (JSON Schema) của các tệp, để trình soạn thảo gợi ý và báo lỗi khi gõ.\n\n" +
			"Các khuôn: " + names + ". Không ghi tên thì in khuôn của một mục.",
		Example: "  doithoai kb schema --dir .vscode/khuon",
		Args:    between(0, 1, "một tên khuôn: "+names),
	}
	dir := cmd.Flags().String("dir", "", "ghi mọi khuôn vào `THƯ-MỤC` này")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *dir != "" {
			return writeSchemas(*dir)
		}
		name := knowledge.EntrySchema
		if len(args) > 0 {
			name = args[0]
		}
		schema, ok := knowledge.Schema(name)
		if !ok {
			return misuse(cmd, "Không có khuôn «%s»; có: %s.", name, names)
		}
		_, err := cmd.OutOrStdout().Write(schema)
		return err
	}
	return cmd
}

func writeSchemas(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // files for editors to read
		return complain("Không tạo được thư mục %s: %v.", dir, err)
	}
	for _, name := range knowledge.SchemaNames() {
		schema, _ := knowledge.Schema(name)
		file := filepath.Join(dir, name+".schema.json")
		if err := os.WriteFile(file, schema, 0o644); err != nil { //nolint:gosec // files for editors to read
			return complain("Không ghi được %s: %v.", file, err)
		}
	}
	return nil
}
