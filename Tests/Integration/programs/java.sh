#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# java: threads, the compiler, sockets, processes, garbage collection, faults that become exceptions.
. "$(dirname "$0")/../lib.sh"
need java javac
compare_script bash <<'JOB'
mkdir -p ~/jj; cd ~/jj; cat > A.java <<'J'
import java.net.*;import java.util.concurrent.*;import java.util.stream.*;import java.nio.file.*;
public class A{public static void main(String[] v)throws Exception{
System.out.println(IntStream.range(0,1000000).parallel().mapToLong(i->i).sum());
ExecutorService e=Executors.newFixedThreadPool(8);Future<Integer> f=e.submit(()->42);System.out.println(f.get());e.shutdown();
ServerSocket s=new ServerSocket(0,5,InetAddress.getLoopbackAddress());new Thread(()->{try{Socket c=new Socket(s.getInetAddress(),s.getLocalPort());c.getOutputStream().write("hi".getBytes());c.close();}catch(Exception x){x.printStackTrace();}}).start();
System.out.println(new String(s.accept().getInputStream().readAllBytes()));
Process p=new ProcessBuilder("sh","-c","echo sub; exit 3").inheritIO().start();System.out.println(p.waitFor());
Files.writeString(Path.of("t"),"text");System.out.println(Files.readString(Path.of("t")));
byte[][] b=new byte[100][];for(int i=0;i<1000;i++)b[i%100]=new byte[1<<20];System.gc();System.out.println(b.length);
try{Object o=null;o.hashCode();}catch(NullPointerException x){System.out.println("npe");}
try{r(0);}catch(StackOverflowError x){System.out.println("soe");}System.exit(4);}static int r(int i){return r(i+1)+1;}}
J
timeout 60 java A.java; echo "code $?"
JOB
