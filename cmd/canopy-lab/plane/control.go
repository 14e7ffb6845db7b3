package plane

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
)

// Control answers commands on the lab's socket, one line each. Shutdown is called on the command of that name.
type Control struct {
	supervisor *Supervisor
	listener   net.Listener
	shutdown   context.CancelFunc
}

// Listen opens the control socket. A path over about 100 bytes is refused by the system; give a shorter --dir then.
func Listen(s *Supervisor, shutdown context.CancelFunc) (*Control, error) {
	path := s.layout.Socket()
	_ = os.Remove(path) // left over by a lab that was killed
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return &Control{supervisor: s, listener: listener, shutdown: shutdown}, nil
}

// Serve answers until the socket is closed.
func (c *Control) Serve(ctx context.Context) {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		go c.answer(ctx, conn)
	}
}

// Close closes the socket.
func (c *Control) Close() error { return c.listener.Close() }

func (c *Control) answer(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return
	}
	result, err := c.run(ctx, strings.Fields(line))
	if err != nil {
		_, _ = fmt.Fprintf(conn, "error: %s\n", strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	_, _ = fmt.Fprintln(conn, strings.TrimSpace("ok "+result))
}

func (c *Control) run(ctx context.Context, words []string) (string, error) {
	command := strings.Join(words, " ")
	switch {
	case command == "status":
		return c.supervisor.Status(), nil
	case command == "compact":
		revision, err := c.supervisor.Compact(ctx)
		return fmt.Sprint("revision ", revision), err
	case command == "shutdown":
		c.shutdown()
		return "", nil
	case len(words) == 2 && (words[0] == "stop" || words[0] == "start"):
		if !slices.Contains(Components(), words[1]) {
			return "", fmt.Errorf("unknown component %q", words[1])
		}
		if words[0] == "stop" {
			return "", c.supervisor.Stop(words[1])
		}
		return "", c.supervisor.Restore(ctx, words[1])
	}
	return "", fmt.Errorf("unknown command %q; there are status, compact, shutdown, stop COMPONENT, start COMPONENT", command)
}

// Send sends one command to the lab in dir and gives its answer without the leading "ok".
func Send(dir string, words []string) (string, error) {
	conn, err := net.Dial("unix", Layout{Dir: dir}.Socket())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintln(conn, strings.Join(words, " ")); err != nil {
		return "", err
	}
	reply, err := io.ReadAll(conn)
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(reply))
	if message, failed := strings.CutPrefix(text, "error: "); failed {
		return "", errors.New(message)
	}
	if !strings.HasPrefix(text, "ok") {
		return "", errors.New("the lab ended before it answered")
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "ok")), nil
}
