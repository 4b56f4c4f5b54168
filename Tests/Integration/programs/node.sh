#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# node: files, child processes, HTTP, workers, the thread pool.
. "$(dirname "$0")/../lib.sh"
need node
compare_script bash <<'JOB'
cat > ~/n.js <<'J'
const http=require('http'),fs=require('fs'),cp=require('child_process'),{Worker,isMainThread}=require('worker_threads'),crypto=require('crypto'),zlib=require('zlib');
fs.writeFileSync('f','x'.repeat(100000));console.log(zlib.gzipSync(fs.readFileSync('f')).length<1000);
console.log(cp.execSync('echo from exec').toString());console.log(crypto.createHash('sha256').update('a').digest('hex'));
const s=http.createServer((q,r)=>r.end('path '+q.url)).listen(0,'127.0.0.1',()=>http.get({port:s.address().port,host:'127.0.0.1',path:'/x'},r=>r.on('data',d=>{console.log(''+d)}).on('end',()=>{s.close();
const w=new Worker("require('worker_threads').parentPort.postMessage(6*7)",{eval:true});w.on('message',m=>{console.log(m);
crypto.pbkdf2('a','b',1000,8,'sha1',(e,k)=>{console.log(k.toString('hex'));const c=cp.fork(__filename.replace('n.js','c.js'));c.on('message',m=>{console.log('child',m);c.kill()});c.on('exit',(a,b)=>{console.log(a,b);setTimeout(()=>{let a=[];for(let i=0;i<1e6;i++)a.push({i});console.log(a.length);process.exit(5)},20)})})})})));
J
echo "process.send('hello');setInterval(()=>{},1000)" > ~/c.js; cd ~; timeout 30 node n.js; echo "code $?"; rm n.js c.js f
JOB
