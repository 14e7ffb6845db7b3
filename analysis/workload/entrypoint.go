package workload

import (
	"path"
	"strconv"
	"strings"
)

const sshPort = 22

// oddities finds what a service in a container rarely has a use for: an SSH server, sudo, names that bypass DNS.
func oddities(t *template) []place {
	var found []place
	for i := range t.containers {
		c := &t.containers[i]
		for j := range c.Ports {
			if c.Ports[j].ContainerPort == sshPort {
				found = append(found, c.at(index("ports", j)+".containerPort", strconv.Itoa(sshPort), "is the port of SSH"))
			}
		}
		found = append(found, sudo(c, "command", c.Command)...)
		found = append(found, sudo(c, "args", c.Args)...)
	}
	for i := range t.spec.HostAliases {
		found = append(found, place{path: index("hostAliases", i) + ".ip", value: t.spec.HostAliases[i].IP, detail: "bypasses DNS"})
	}
	return found
}

// sudo finds the command in an entrypoint, at the start of a word or behind a path. The rest of the line is not repeated:
// it may hold a secret.
func sudo(c *container, field string, line []string) []place {
	var found []place
	for i, arg := range line {
		words := strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(" \t\r\n;|&(){}<>`'\"$", r) })
		for _, w := range words {
			if path.Base(w) == "sudo" {
				found = append(found, c.at(index(field, i), "sudo", "must not become another user"))
				break
			}
		}
	}
	return found
}
