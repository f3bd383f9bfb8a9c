module github.com/kaazingwebsocket/kaazingwebsocket

go 1.25
