package upgrade

import (
	"cmp"
	"strconv"
)

// pooled tells whether a step changes a pool of its provider; where it does not it says what is to be done in place of that.
func (w *script) pooled() bool {
	if w.pool() == "" {
		w.unpooled()
		return false
	}
	w.warned()
	return true
}

// unpooled writes commands for a node that is in no pool of its provider, such as one that Karpenter made or that people look after.
func (w *script) unpooled() {
	w.drain()
	w.say("# no label names a pool that the provider changes by itself: replace the machine by a new one, then")
	w.say("kubectl delete node " + w.nodeName())
}

func (w *script) eks() {
	const group = "aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name "
	switch w.what {
	case ControlPlane:
		w.say("aws eks update-cluster-version --name CLUSTER --kubernetes-version "+w.to.Line(), "aws eks wait cluster-active --name CLUSTER")
	case Proxy:
		w.say("aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version "+w.to.Line(), "aws eks update-addon --cluster-name CLUSTER --addon-name kube-proxy --addon-version VERSION")
	default:
		if !w.pooled() {
			return
		}
		line := group + w.pool()
		if w.what == Node {
			line += " --kubernetes-version " + w.to.Line()
		}
		w.say("# EKS takes the newest image that it has, and empties one node after the other", line, "aws eks wait nodegroup-active --cluster-name CLUSTER --nodegroup-name "+w.pool())
	}
}

func (w *script) gke() {
	const upgrade = "gcloud container clusters upgrade CLUSTER --location=LOCATION"
	switch w.what {
	case ControlPlane:
		w.say(upgrade + " --master --cluster-version=" + w.to.Line())
	case Proxy:
		w.say("# GKE brings kube-proxy along with the nodes")
	default:
		if !w.pooled() {
			return
		}
		line := upgrade + " --node-pool=" + w.pool()
		if w.what == Node {
			line += " --cluster-version=" + w.to.Line()
		}
		w.say("# GKE takes the newest image that it has for the version, and empties one node after the other", line)
	}
}

func (w *script) aks() {
	const cluster = " --resource-group GROUP --name CLUSTER"
	switch w.what {
	case ControlPlane:
		w.say("az aks get-upgrades"+cluster+" --output table", "az aks upgrade"+cluster+" --control-plane-only --kubernetes-version "+w.to.Line())
	case Proxy:
		w.say("# AKS brings kube-proxy along with the control plane")
	default:
		if !w.pooled() {
			return
		}
		line := "az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name " + w.pool()
		if w.what == Node {
			w.say(line + " --kubernetes-version " + w.to.Line())
			return
		}
		w.say(line + " --node-image-only")
	}
}

// elsewhere writes what is known of a provider whose commands are not.
func (w *script) elsewhere() {
	way := " to its build of " + w.to.Line() + ", with its own tools"
	switch w.what {
	case ControlPlane:
		w.say("# bring the control plane of " + w.host.brand + way)
	case Proxy:
		w.say("# bring kube-proxy of " + w.host.brand + way)
	case Node:
		w.drain()
		w.imaged()
		w.say("# bring the node, or its pool, of " + w.host.brand + way)
		w.uncordon()
	default:
		w.drain()
		w.on()
		w.system()
		w.uncordon()
	}
}

func (w *script) openShift() {
	release := "4." + strconv.Itoa(int(minorOf(w.to)%majors)-openShiftBehind)
	switch w.what {
	case ControlPlane:
		w.say("# OpenShift "+release+" has Kubernetes "+w.to.Line()+"; it brings all parts of the control plane on, in the order that they need, and then the nodes",
			"oc adm upgrade channel stable-"+release)
		w.warned()
		w.say("oc adm upgrade --to-latest", "oc adm upgrade status")
	case Proxy:
		w.say("# OpenShift brings kube-proxy along with the control plane")
	case Reboot, Runtime, System:
		w.warned()
		if w.what == Reboot {
			w.say("oc adm reboot-machine-config-pool mcp/" + cmp.Or(w.pool(), "POOL"))
			return
		}
		w.say("# system and runtime come with the next release of OpenShift", "oc adm upgrade --to-latest")
	default:
		w.warned()
		w.say("# the Machine Config Operator empties and changes one node after the other, unless its pool is paused", "oc get machineconfigpool "+cmp.Or(w.pool(), "POOL"),
			"oc wait machineconfigpool/"+cmp.Or(w.pool(), "POOL")+" --for=condition=Updated --timeout=3h")
	}
}

// rancher writes commands for k3s and RKE2, of which one program is the control plane and the kubelet.
func (w *script) rancher() {
	name, upper, build := "k3s", "K3S", "+k3s1"
	if w.host.kind == rke2 {
		name, upper, build = "rke2", "RKE2", "+rke2r1"
	}
	version := "INSTALL_" + upper + "_VERSION='v" + w.to.Plain() + build + "'"
	role, service := "server", name+"-server"
	switch w.what {
	case Proxy:
		w.say("# " + name + " brings kube-proxy along with each node")
		return
	case ControlPlane, Node:
		if w.what == Node && !w.machine.control {
			role, service = "agent", name+"-agent"
		}
	default:
		w.drain()
		w.on()
		if w.has(Runtime) {
			w.say("# the container runtime comes with " + name + ", and is changed with its version alone")
		}
		w.system()
		w.uncordon()
		return
	}
	if w.machine != nil {
		w.drain()
		w.before()
	}
	w.on()
	w.say("# with the options, and the variables, with which it was installed")
	if w.host.kind == rke2 {
		w.say("curl -sfL https://get.rke2.io | sudo "+version+" INSTALL_RKE2_TYPE="+role+" sh -", "sudo systemctl restart "+service)
	} else {
		w.say("curl -sfL https://get.k3s.io | sudo " + version + " sh -s - " + role)
	}
	if w.machine != nil {
		if w.boots() && !w.renewed() {
			w.reboot()
		}
		w.uncordon()
	}
}
