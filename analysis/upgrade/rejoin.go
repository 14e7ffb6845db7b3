package upgrade

import "cmp"

// rejoin removes a node and joins it anew, since its kubelet is too far behind for kubeadm to upgrade the node in place.
func (w *script) rejoin() {
	name := w.nodeName()
	w.replace("remove it and join it anew, since its kubelet is further behind than kubeadm "+w.to.Line()+" may upgrade", Here)
	if w.host.kind != kubeadm {
		w.say("# how it was installed is not known: join it in the way that it was joined", "kubectl delete node "+name)
		return
	}
	w.say("# labels and taints go with the node: keep them", "kubectl get node "+name+" -o yaml > "+name+".yaml")
	w.on()
	w.say("# only where this machine is kept", "sudo kubeadm reset")
	w.here()
	w.say("kubectl delete node " + name)
	w.on()
	if w.renewed() {
		w.release()
	}
	if w.boots() {
		w.say("sudo systemctl reboot")
		w.apart(w.place())
		w.checked()
	}
	if w.has(Runtime) || w.outworn() {
		w.runtime(true)
	}
	w.install("kubeadm kubelet kubectl")
	w.turn("on " + cmp.Or(w.server(), "a node of the control plane"))
	w.say("sudo kubeadm token create --print-join-command")
	if w.machine.control {
		w.say("sudo kubeadm init phase upload-certs --upload-certs")
	}
	w.on()
	w.say("# with what was printed")
	join := "sudo kubeadm join ENDPOINT --token TOKEN --discovery-token-ca-cert-hash HASH"
	if w.machine.control {
		join += " --control-plane --certificate-key KEY"
	}
	w.say(join)
	w.here()
	w.say("kubectl wait --for=condition=Ready node/"+name+" --timeout=15m", "# give it the labels and taints of "+name+".yaml again")
}

// server is a node with an API server; "" where none is known, or its name is not fit for a command.
func (w *script) server() string {
	for _, q := range w.servers {
		if q.node != "" && q.node != w.nodeName() && harmless(q.node) {
			return q.node
		}
	}
	return ""
}
