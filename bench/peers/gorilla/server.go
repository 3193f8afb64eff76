// What is posted to /publish goes to every WebSocket. Port as argument.
package main

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/gorilla/websocket"
)

var (
	upgrader = websocket.Upgrader{}
	lock     sync.RWMutex
	clients  = map[chan *websocket.PreparedMessage]struct{}{}
)

func serve(w http.ResponseWriter, r *http.Request) {
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	queue := make(chan *websocket.PreparedMessage, 256)
	lock.Lock()
	clients[queue] = struct{}{}
	lock.Unlock()
	defer func() {
		lock.Lock()
		delete(clients, queue)
		lock.Unlock()
	}()
	for message := range queue {
		if socket.WritePreparedMessage(message) != nil {
			return
		}
	}
}

func publish(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	times, _ := strconv.Atoi(r.URL.Query().Get("times"))
	for i := 0; i < times; i++ {
		message, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		lock.RLock()
		for queue := range clients {
			queue <- message
		}
		lock.RUnlock()
	}
}

func main() {
	http.HandleFunc("/live", serve)
	http.HandleFunc("/publish", publish)
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ready") })
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		panic(err)
	}
}
