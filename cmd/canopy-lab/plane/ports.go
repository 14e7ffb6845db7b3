package plane

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// ports are the loopback ports of one lab; they stay the same while a component is stopped and started.
type ports struct{ etcd, peer, apiserver int }

// freePorts draws ports below the range from which systems take the ports of outgoing connections (32768 and up on Linux). A port of that range could be taken
// while the API server is stopped, even by a client that keeps dialling it: on loopback such a client ends up connected to itself.
func freePorts() (ports, error) {
	var p ports
	for _, port := range []*int{&p.etcd, &p.peer, &p.apiserver} {
		found, err := freePort()
		if err != nil {
			return ports{}, err
		}
		*port = found
	}
	if p.etcd == p.peer || p.etcd == p.apiserver || p.peer == p.apiserver {
		return freePorts()
	}
	return p, nil
}

func freePort() (int, error) {
	var last error
	for range 100 {
		port := 12000 + rand.IntN(20000)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			last = err
			continue
		}
		return port, listener.Close()
	}
	return 0, fmt.Errorf("no free port: %w", last)
}
