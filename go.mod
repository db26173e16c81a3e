module github.com/doithoai/doithoai

go 1.26
