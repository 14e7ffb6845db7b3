package labtest

import (
	"os/exec"
	"strconv"
)

// Load fills a private lab with a realistic cluster of that many pods, the same for the same seed: about 27,000 objects for 10,000 pods. Nodes, owners and
// statuses are part of it, so etcd and the API server suffice.
func (l *Lab) Load(pods int, seed uint64) {
	l.t.Helper()
	l.run("load", "--pods", strconv.Itoa(pods), "--seed", strconv.FormatUint(seed, 10))
}

// run calls the lab's binary as the administrator.
func (l *Lab) run(command string, arguments ...string) {
	l.t.Helper()
	if !l.private {
		l.t.Fatalf("%s would disturb the other tests of a shared lab: use labtest.Private", command)
	}
	binary, err := findBinary()
	orSkip(l.t, err)
	arguments = append([]string{command, "--kubeconfig", l.Kubeconfig(Admin)}, arguments...)
	if output, err := exec.CommandContext(l.t.Context(), binary, arguments...).CombinedOutput(); err != nil {
		l.t.Fatalf("%s: %v\n%s", command, err, output)
	}
}
