module github.com/kaazingwebsocket/kaazingwebsocket

go 1.25

require (
	github.com/gobwas/ws v1.4.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
